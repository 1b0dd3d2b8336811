namespace Drydock.CrdGen.Output;

/// <summary>
/// A YAML mapping that keeps its order. Values are strings, bools, longs, further maps, and lists of these; null leaves
/// the key out.
/// </summary>
public sealed class YamlMap
{
    private readonly List<KeyValuePair<string, object>> _entries = [];

    /// <summary>The entries in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> Entries => _entries;

    /// <summary>Adds an entry, unless its value is null or an empty list.</summary>
    public YamlMap Add(string key, object? value)
    {
        if (value is not null and not System.Collections.ICollection { Count: 0 })
        {
            _entries.Add(new(key, value));
        }

        return this;
    }
}
