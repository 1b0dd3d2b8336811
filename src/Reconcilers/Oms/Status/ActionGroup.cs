namespace Drydock.Reconcilers.Oms;

/// <summary>All entries with the same text: one item of status.actionRequired, however many subjects it has.
/// Pure.</summary>
/// <param name="Key">The key of the group in a stored list.</param>
/// <param name="Reason">Stable word.</param>
/// <param name="What">What to do and why.</param>
/// <param name="Entries">The subjects with their details.</param>
internal sealed record ActionGroup(string Key, string Reason, string What, IReadOnlyList<ActionEntry> Entries)
{
    private const int Named = 10;
    private const int Detailed = 5;
    private const int LongestDetail = 300;
    private const string Heading = "# ";

    private IEnumerable<ActionEntry> Special => Entries.Where(e => e.Detail.Length > 0);

    /// <summary>Whether the item cannot show everything, so that it has to name a list.</summary>
    public bool NeedsList =>
        Entries.Count > Named || Special.Count() > Detailed || Special.Any(e => e.Detail.Length > LongestDetail);

    public static IReadOnlyList<ActionGroup> Of(IEnumerable<ActionEntry> entries)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return
        [
            .. entries.GroupBy(e => (e.Reason, e.What)).Select(group =>
            {
                var number = numbers[group.Key.Reason] = numbers.GetValueOrDefault(group.Key.Reason) + 1;
                var key = string.Create(CultureInfo.InvariantCulture, $"{group.Key.Reason}-{number:00}");
                return new ActionGroup(key, group.Key.Reason, group.Key.What, [.. group.Distinct()]);
            }),
        ];
    }

    public static DividedList ToList(IEnumerable<ActionGroup> groups)
    {
        var all = groups.ToList();
        return DividedList.Of([.. all.Select(g => g.ToSection())], all.Sum(g => g.Entries.Count));
    }

    public static IEnumerable<ActionEntry> Read(IReadOnlyList<ListSection> sections) =>
        from section in sections
        let reason = section.Key[..Math.Max(section.Key.LastIndexOf('-'), 0)]
        let what = section.Lines[0][Heading.Length..]
        from line in section.Lines.Skip(1)
        let fields = line.Split('\t', 2)
        select new ActionEntry(reason, what, fields[0], fields.Length > 1 ? fields[1] : "");

    /// <summary>The item of the status.</summary>
    /// <param name="configMap">The ConfigMap with the list; null if the group needs none.</param>
    public ActionItem ToItem(string? configMap, string? space)
    {
        var subjects = Entries.Select(e => e.Subject).Where(s => s.Length > 0).ToList();
        var details = Special
            .Select(e => SchemaLimits.Clip(
                Sentences.Open(e.Subject.Length > 0 ? $"{e.Subject}: {e.Detail}" : e.Detail),
                LongestDetail + SchemaLimits.Name))
            .ToList();
        return new ActionItem
        {
            Reason = Reason,
            Count = subjects.Count > 1 ? subjects.Count : null,
            Subject = Sentences.List(subjects, Named),
            Message = Sentences.Join(
                What,
                details.Count == 0 ? null : $"Details: {Sentences.List(details, Detailed, "; ")}",
                configMap is null
                    ? null
                    : $"The whole list: `kubectl -n {space} get configmap {configMap} -o jsonpath='{{.data.{Key}}}'`."),
            ConfigMap = configMap,
            Key = configMap is null ? null : Key,
        };
    }

    private ListSection ToSection() => new(
        Key, [Heading + Flat(What), .. Entries.Select(e => $"{Flat(e.Subject)}\t{Flat(e.Detail)}")]);

    private static string Flat(string text) => text.Replace('\t', ' ').Replace('\n', ' ').Replace('\r', ' ');
}
