namespace Drydock.Reconcilers.Upgrades;

/// <summary>A part of a list that has a key of its own in the ConfigMap.</summary>
/// <param name="Key">Letters, digits and dashes; unique in the list.</param>
/// <param name="Lines">The entries, one line each.</param>
internal sealed record ListSection(string Key, IReadOnlyList<string> Lines);
