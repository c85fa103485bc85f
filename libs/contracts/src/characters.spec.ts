import { hasCharacters } from './characters';

describe('hasCharacters', () => {
  it.each([
    ['cat', 3],
    ['', 0],
    ['😀', 1],
    ['❤️', 2],
    ['e\u0301', 2],
    ['👩‍👩‍👧', 5],
    ['\ud800', 1],
    ['\ufe0f', 1],
  ])('counts %j as %i', (text, count) => {
    expect(hasCharacters(text, count, count)).toBe(true);
    expect(hasCharacters(text, count + 1, count + 1)).toBe(false);
    expect(hasCharacters(text, 0, count - 1)).toBe(false);
  });
});
