namespace Drydock.Reconcilers.Upgrades;

/// <summary>A list as it is stored: divided into ConfigMaps that an API server accepts, with a hash of all of it. The
/// names of the ConfigMaps end in the first digits of the hash: another list never has the same name. Pure.</summary>
/// <param name="Parts">The data of each ConfigMap; at least one.</param>
internal sealed record DividedList(IReadOnlyList<SortedDictionary<string, string>> Parts, string Sha256, int Entries)
{
    /// <summary>Most bytes in one ConfigMap. The API server accepts 1 MiB of keys and values.</summary>
    public const int MostBytes = 900_000;

    private const string Algorithm = "sha256:";
    private const int NameDigits = 8;

    /// <param name="entries">Number of entries, where not every line is one.</param>
    public static DividedList Of(IReadOnlyList<ListSection> sections, int? entries = null)
    {
        List<Dictionary<string, StringBuilder>> texts = [new(StringComparer.Ordinal)];
        var size = 0;
        foreach (var (key, line) in sections.OrderBy(s => s.Key, StringComparer.Ordinal)
            .SelectMany(s => s.Lines.Select(line => (s.Key, line))))
        {
            var bytes = Encoding.UTF8.GetByteCount(line) + 1;
            var keyBytes = texts[^1].ContainsKey(key) ? 0 : Encoding.UTF8.GetByteCount(key);
            if (size + keyBytes + bytes > MostBytes && size > 0)
            {
                texts.Add(new Dictionary<string, StringBuilder>(StringComparer.Ordinal));
                (size, keyBytes) = (0, Encoding.UTF8.GetByteCount(key));
            }

            texts[^1].TryAdd(key, new StringBuilder());
            texts[^1][key].Append(line).Append('\n');
            size += keyBytes + bytes;
        }

        var parts = texts.ConvertAll(part => new SortedDictionary<string, string>(
            part.ToDictionary(text => text.Key, text => text.Value.ToString(), StringComparer.Ordinal),
            StringComparer.Ordinal));
        return new DividedList(parts, Hash(parts), entries ?? sections.Sum(s => s.Lines.Count));
    }

    /// <summary>The list that ConfigMaps hold; the parts in their order.</summary>
    public static (IReadOnlyList<ListSection> Sections, string Sha256) Join(
        IReadOnlyList<IReadOnlyDictionary<string, string>> parts) =>
        (
            [
                .. Keys(parts).Select(key => new ListSection(
                    key, [.. Text(parts, key).Split('\n', StringSplitOptions.RemoveEmptyEntries)])),
            ],
            Hash(parts));

    /// <summary>The reference to the list in the ConfigMaps of an object.</summary>
    public ListReference Reference(V1ObjectMeta owner, string what) => new()
    {
        Name = ObjectNames.Overflow(owner, what, Sha256.Substring(Algorithm.Length, NameDigits)),
        Parts = Parts.Count,
        Entries = Entries,
        Sha256 = Sha256,
    };

    /// <summary>Name of a ConfigMap of a list; parts count from 0.</summary>
    public static string NameOf(ListReference reference, int part) => part == 0
        ? reference.Name
        : $"{reference.Name}-{part + 1}";

    /// <summary>The first part that holds entries of a section.</summary>
    public int PartWith(string key) => Math.Max(0, Parts.ToList().FindIndex(p => p.ContainsKey(key)));

    private static IEnumerable<string> Keys(IReadOnlyList<IReadOnlyDictionary<string, string>> parts) =>
        parts.SelectMany(p => p.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static string Text(IReadOnlyList<IReadOnlyDictionary<string, string>> parts, string key) =>
        string.Concat(parts.Select(p => p.GetValueOrDefault(key) ?? ""));

    private static string Hash(IReadOnlyList<IReadOnlyDictionary<string, string>> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var key in Keys(parts))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{key}\n{Text(parts, key)}\n"));
        }

        return Algorithm + Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>A part of a list that has a key of its own in the ConfigMap.</summary>
/// <param name="Key">Letters, digits and dashes; unique in the list.</param>
internal sealed record ListSection(string Key, IReadOnlyList<string> Lines);
