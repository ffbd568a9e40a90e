// The same line again, so that it is worth compressing.
// The same line again, so that it is worth compressing.
// The same line again, so that it is worth compressing.
// The same line again, so that it is worth compressing.
// The same line again, so that it is worth compressing.
// The same line again, so that it is worth compressing.
// The same line again, so that it is worth compressing.
// The same line again, so that it is worth compressing.
