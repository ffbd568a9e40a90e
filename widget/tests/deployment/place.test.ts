import { describe, expect, it } from 'vitest';
import { restAt, startAt } from '../../src/deployment/invitation/place';

const screen = { width: 1000, height: 800 };
const size = { width: 200, height: 100 };

describe('where an invitation comes to rest', () => {
  it.each([
    ['TopLeft', 16, 16],
    ['Top', 400, 16],
    ['TopRight', 784, 16],
    ['Left', 16, 350],
    ['Center', 400, 350],
    ['Right', 784, 350],
    ['BottomLeft', 16, 684],
    ['Bottom', 400, 684],
    ['BottomRight', 784, 684],
    ['bottom_right', 784, 684],
    ['somewhere', 400, 350],
  ])('%s', (position, x, y) => {
    expect(restAt(position, screen, size)).toEqual({ x, y });
  });

  it('in a window that is smaller than it, its beginning is seen', () => {
    expect(restAt('BottomRight', { width: 100, height: 50 }, size)).toEqual({ x: 0, y: 0 });
  });
});

describe('where it starts', () => {
  it.each([
    ['TopLeft', -200, -100],
    ['TopLeftTop', 16, -100],
    ['Top', 400, -100],
    ['TopRightTop', 784, -100],
    ['TopRight', 1000, -100],
    ['TopRightRight', 1000, 16],
    ['Right', 1000, 350],
    ['BottomRightRight', 1000, 684],
    ['BottomRight', 1000, 800],
    ['BottomRightBottom', 784, 800],
    ['Bottom', 400, 800],
    ['BottomLeftBottom', 16, 800],
    ['BottomLeft', -200, 800],
    ['BottomLeftLeft', -200, 684],
    ['Left', -200, 350],
    ['TopLeftLeft', -200, 16],
  ])('%s', (position, x, y) => {
    expect(startAt(position, screen, size)).toEqual({ x, y });
  });
});
