using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What is known of the releases of OMS: which upgrades the vendor lists, and what each release needs. It comes from
/// <c>oms-versions.yaml</c>, which is shipped in this assembly, and from a ConfigMap that extends it. Pure.
/// </summary>
internal sealed class OmsVersionData
{
    private const string Resource = "oms-versions.yaml";

    private static readonly Lazy<OmsVersionData> Loaded = new(Load);

    private readonly Dictionary<OmsEdition, OmsEditionVersions> _editions;

    private OmsVersionData(IReadOnlyList<VersionEntry> entries, string? extension)
    {
        (Entries, Extension) = (entries, extension);
        _editions = entries.GroupBy(e => e.Edition)
            .ToDictionary(g => g.Key, g => new OmsEditionVersions(g.Key, [.. g]));
    }

    /// <summary>What is shipped with the operator.</summary>
    /// <exception cref="InvalidOperationException">The shipped file breaks the schema: a defect.</exception>
    public static OmsVersionData Shipped => Loaded.Value;

    /// <summary>All entries.</summary>
    public IReadOnlyList<VersionEntry> Entries { get; }

    /// <summary>
    /// Name, key and content hash of the ConfigMap that extends the shipped data; null for the shipped data alone.
    /// </summary>
    public string? Extension { get; }

    /// <summary>The data of an edition.</summary>
    public OmsEditionVersions Of(OmsEdition edition) => _editions[edition];

    /// <summary>
    /// The data with the entries of a file added. An entry whose key exists already overrides the fields that it has.
    /// </summary>
    /// <param name="file">The file, without problems.</param>
    /// <param name="name">What identifies the file and its content.</param>
    /// <param name="changes">What the file adds and overrides, one sentence for each entry.</param>
    public OmsVersionData Extend(VersionFile file, string name, out IReadOnlyList<string> changes)
    {
        var entries = Entries.ToList();
        var told = new List<string>();
        foreach (var entry in file.Entries)
        {
            var index = entries.FindIndex(e => e.Path == entry.Path);
            if (index < 0)
            {
                entries.Add(entry);
                told.Add($"It adds {entry.Path}: {string.Join("; ", Shown(entry.Fields))}.");
                continue;
            }

            var was = entries[index];
            var overridden = entry.Fields.Where(f => was[f.Key] != f.Value && f.Key != "source").ToList();
            entries[index] = entry with
            {
                Fields = was.Fields.Where(f => !entry.Fields.ContainsKey(f.Key))
                    .Concat(entry.Fields)
                    .ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal),
            };
            if (overridden.Count > 0)
            {
                var replaced = overridden.Select(f => $"{f.Key} '{was[f.Key] ?? "(none)"}' → '{f.Value}'");
                told.Add($"It overrides {entry.Path}: {string.Join("; ", replaced)} (source: {entry["source"]}).");
            }
        }

        changes = told;
        return new OmsVersionData(entries, name);
    }

    private static IEnumerable<string> Shown(IReadOnlyDictionary<string, string> fields) =>
        fields.Select(f => $"{f.Key} {(f.Value.Length == 0 ? "(none)" : $"'{f.Value}'")}");

    private static OmsVersionData Load()
    {
        using var stream = typeof(OmsVersionData).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly does not contain {Resource}.");
        using var reader = new StreamReader(stream);
        var file = VersionFile.Read(reader.ReadToEnd());
        return file.Problems.Count == 0
            ? new OmsVersionData(file.Entries, extension: null)
            : throw new InvalidOperationException(
                $"{Resource} breaks its schema: {string.Join(" ", file.Problems.Select(p => p.Message))}");
    }
}
