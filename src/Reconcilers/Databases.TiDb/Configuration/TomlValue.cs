namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The place of a value in a TOML text.</summary>
/// <param name="Path">Its keys from the root, joined with dots: storage.block-cache.capacity.</param>
/// <param name="Table">Its table, as written in the header; empty for the root.</param>
/// <param name="Begin">Where its value begins.</param>
/// <param name="End">Where its value ends.</param>
/// <param name="LineEnd">Where the line its value ends on ends, line break left out.</param>
internal sealed record TomlValue(string Path, string Table, int Begin, int End, int LineEnd);
