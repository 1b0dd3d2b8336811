namespace Drydock.Clients.Snapshots;

/// <summary>Lists the differences between the expected and the actual content of a database.</summary>
internal static partial class CatalogueComparison
{
    // Characters that are shown of a definition before the first difference, and in all.
    private const int Before = 40;
    private const int Length = 160;

    /// <summary>The tables of a dump, with their rows, against the server it was taken from.</summary>
    internal static IReadOnlyList<SnapshotFinding> DumpAgainst(
        ManifestDatabase expected, IReadOnlyDictionary<string, long> tables)
    {
        var findings = new Findings(expected.Name, "the server", "the dump");
        findings.Names("tables", expected.Tables.Select(static t => t.Name), tables.Keys);
        findings.Rows(expected.Tables, tables);
        return findings.All;
    }

    /// <summary>A database on a server against the manifest. Definitions are compared only where both are known and the
    /// servers are of one version; one that is printed differently is a warning.</summary>
    internal static IReadOnlyList<SnapshotFinding> ServerAgainst(
        ManifestDatabase expected, ManifestDatabase actual, bool definitions)
    {
        var findings = new Findings(expected.Name, "the snapshot", $"database {actual.Name}");
        findings.Value("character set", expected.CharacterSet, actual.CharacterSet);
        findings.Value("collation", expected.Collation, actual.Collation);
        findings.Objects(
            "tables",
            [.. expected.Tables.Select(static t => t.Object)],
            [.. actual.Tables.Select(static t => t.Object)],
            definitions);
        findings.Objects("views", expected.Views, actual.Views, definitions);
        findings.Objects("routines", expected.Routines, actual.Routines, definitions);
        findings.Objects("triggers", expected.Triggers, actual.Triggers, definitions);
        findings.Objects("events", expected.Events, actual.Events, definitions);
        findings.Objects("sequences", expected.Sequences, actual.Sequences, definitions);
        findings.Rows(
            expected.Tables,
            actual.Tables.ToDictionary(static t => t.Name, static t => t.Rows, StringComparer.Ordinal));
        return findings.All;
    }

    // Both texts from shortly before the first difference, in a few hundred characters.
    private static string Difference(string? expected, string? actual)
    {
        var at = expected is null ? 0 : expected.AsSpan().CommonPrefixLength(actual);
        var from = Math.Max(0, at - Before);
        return $"it was {Excerpt(expected, from)} and is {Excerpt(actual, from)}.";
    }

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();

    private static string Excerpt(string? text, int from)
    {
        if (text is null)
        {
            return "not recorded";
        }

        var start = from < text.Length && char.IsLowSurrogate(text[from]) ? from + 1 : Math.Min(from, text.Length);
        var piece = text.Substring(start, Math.Min(Length, text.Length - start));
        var (before, after) = (start > 0 ? "…" : "", start + piece.Length < text.Length ? "…" : "");
        return $"'{before}{Blanks().Replace(piece, " ")}{after}'";
    }

    private sealed class Findings(string database, string expectedSide, string actualSide)
    {
        // Names and texts of one kind that are shown.
        private const int Shown = 10;

        internal List<SnapshotFinding> All { get; } = [];

        internal void Names(string what, IEnumerable<string> expected, IEnumerable<string> actual)
        {
            var wanted = expected.ToHashSet(StringComparer.Ordinal);
            var found = actual.ToHashSet(StringComparer.Ordinal);
            Missing(what, actualSide, wanted.Except(found, StringComparer.Ordinal));
            Missing(what, expectedSide, found.Except(wanted, StringComparer.Ordinal));
        }

        internal void Objects(
            string what, IReadOnlyList<SnapshotObject> expected, IReadOnlyList<SnapshotObject> actual, bool definitions)
        {
            Names(what, expected.Select(static o => o.Name), actual.Select(static o => o.Name));
            if (!definitions)
            {
                return;
            }

            var found = actual.ToDictionary(static o => o.Name, StringComparer.Ordinal);
            var differing = expected
                .Where(o => o.DefinitionSha256 is not null
                    && found.GetValueOrDefault(o.Name)?.DefinitionSha256 is { } hash
                    && hash != o.DefinitionSha256)
                .OrderBy(static o => o.Name, StringComparer.Ordinal)
                .ToList();
            All.AddRange(differing.Take(Shown).Select(o => Warning(
                $"{what} {o.Name} is printed differently in {actualSide} than in {expectedSide}: "
                    + Difference(o.Definition, found[o.Name].Definition))));
            if (differing.Count > Shown)
            {
                All.Add(Warning($"{differing.Count - Shown} more {what} are printed differently."));
            }
        }

        internal void Value(string what, string expected, string actual)
        {
            if (Modern(expected) != Modern(actual))
            {
                All.Add(Mismatch($"{what} is {expected} in {expectedSide} and {actual} in {actualSide}."));
            }
        }

        /// <summary>The rows of the tables that both have.</summary>
        internal void Rows(IEnumerable<SnapshotTable> expected, IReadOnlyDictionary<string, long> actual) =>
            All.AddRange(
                from table in expected
                let rows = actual.GetValueOrDefault(table.Name, table.Rows)
                where rows != table.Rows
                select new SnapshotFinding(
                    SnapshotFailure.RowCountMismatch,
                    database,
                    $"{database}.{table.Name}: {table.Rows} rows in {expectedSide}, {rows} in {actualSide}."));

        // The name of the character set, or of its collation, that newer servers give to utf8.
        private static string Modern(string name) =>
            name == "utf8" || name.StartsWith("utf8_", StringComparison.Ordinal) ? $"utf8mb3{name[4..]}" : name;

        private void Missing(string what, string side, IEnumerable<string> names)
        {
            var list = names.Order(StringComparer.Ordinal).ToList();
            if (list.Count > 0)
            {
                All.Add(Mismatch($"{what} missing in {side}: {Sentences.List(list, Shown)}."));
            }
        }

        private SnapshotFinding Mismatch(string what) =>
            new(SnapshotFailure.CatalogueMismatch, database, $"{database}: {what}");

        private SnapshotFinding Warning(string what) => Mismatch(what) with { IsWarning = true };
    }
}
