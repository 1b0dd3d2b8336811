namespace Drydock.Reconcilers.Oms;

/// <summary>What steps found for the administrator: stored in ConfigMaps, because a system may have thousands of
/// projects. A fact of the step names them. A list that cannot be stored or read never fails a step: an entry says what
/// is missing.</summary>
internal sealed class ActionLists(OmsTargets targets)
{
    private const char Separator = ' ';
    private const string NotStored = "!";

    /// <summary>Stores entries and gives the fact that names them; empty for no entry.</summary>
    public async Task<string> StoreAsync(
        string what, IReadOnlyList<ActionEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            return "";
        }

        try
        {
            var reference = await targets.Overflow.StoreListAsync(
                targets.Upgrade.Metadata,
                what,
                ActionGroup.ToList(ActionGroup.Of(entries.Select(Redacted))),
                cancellationToken);
            return $"{reference.Name} {reference.Parts} {reference.Entries} {reference.Sha256}";
        }
        catch (ListUnavailableException exception)
        {
            return $"{NotStored}{Separator}{entries.Count}{Separator}{targets.Redactor.Redact(exception.Message)}";
        }
    }

    public async Task<IReadOnlyList<ActionEntry>> ReadAsync(string? fact, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(fact))
        {
            return [];
        }

        if (fact.Split(Separator, 3) is [NotStored, var count, var why])
        {
            return [Missing($"A list of {count} entries about projects could not be stored. {why}")];
        }

        try
        {
            return [.. ActionGroup.Read(await targets.Overflow.ReadListAsync(
                targets.Upgrade.Metadata, Reference(fact), cancellationToken))];
        }
        catch (ListUnavailableException exception)
        {
            return [Missing($"A list of projects that need a check is missing. {exception.Message}")];
        }
    }

    /// <summary>Where the list that a fact names can be read, as a sentence; empty for no list.</summary>
    public static string Where(string fact) =>
        fact.Length == 0 || fact.StartsWith(NotStored, StringComparison.Ordinal)
            ? ""
            : $"The list is in ConfigMap {Reference(fact).Name}.";

    private static ActionEntry Missing(string what) =>
        new(Reasons.ReviewProject, $"{what} Check all projects in the console.");

    private static ListReference Reference(string fact) =>
        fact.Split(Separator) is [var name, var parts, var entries, var sha256]
            ? new ListReference
            {
                Name = name,
                Parts = int.Parse(parts, CultureInfo.InvariantCulture),
                Entries = int.Parse(entries, CultureInfo.InvariantCulture),
                Sha256 = sha256,
            }
            : throw new ListUnavailableException($"'{fact}' does not name a list.");

    private ActionEntry Redacted(ActionEntry entry) => entry with
    {
        Subject = SchemaLimits.Clip(targets.Redactor.Redact(entry.Subject), SchemaLimits.Name),
        Detail = SchemaLimits.Clip(targets.Redactor.Redact(entry.Detail), SchemaLimits.Reference),
        What = SchemaLimits.Clip(targets.Redactor.Redact(entry.What), SchemaLimits.Message / 2),
    };
}

/// <summary>All entries with the same text: one item of status.actionRequired, however many subjects it has.
/// Pure.</summary>
/// <param name="Key">The key of the group in a stored list.</param>
internal sealed record ActionGroup(string Key, string Reason, string What, IReadOnlyList<ActionEntry> Entries)
{
    private const int Named = 10;
    private const int Detailed = 5;
    private const int Shown = 2;
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
                var (reason, what) = group.Key;
                var number = numbers[reason] = numbers.GetValueOrDefault(reason) + 1;
                return new ActionGroup($"{reason}-{number:00}", reason, what, [.. group.Distinct()]);
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
                details.Count == 0
                    ? null
                    : $"Details: {Sentences.List(details, configMap is null ? Detailed : Shown, "; ")}",
                configMap is null
                    ? null
                    : $"The whole list: ConfigMap {configMap}, key {Key}."),
            ConfigMap = configMap,
            Key = configMap is null ? null : Key,
        };
    }

    private ListSection ToSection() => new(
        Key, [Heading + Flat(What), .. Entries.Select(e => $"{Flat(e.Subject)}\t{Flat(e.Detail)}")]);

    private static string Flat(string text) => text.Replace('\t', ' ').Replace('\n', ' ').Replace('\r', ' ');
}

/// <summary>The items of status.actionRequired as facts of the step that compiled them, one fact an item. The groups
/// that an item cannot show completely are in a ConfigMap that the item names.</summary>
internal static class StoredItems
{
    private const string FactPrefix = "item-";
    private const string NotStored = "The whole list could not be stored.";

    public static async Task<IReadOnlyList<ActionItem>> StoreAsync(
        OmsTargets targets, string what, IReadOnlyList<ActionGroup> groups, CancellationToken cancellationToken)
    {
        var space = targets.Upgrade.Metadata.Namespace;
        var listed = groups.Where(g => g.NeedsList).ToList();
        try
        {
            var list = ActionGroup.ToList(listed);
            var reference = listed.Count == 0
                ? null
                : await targets.Overflow.StoreListAsync(targets.Upgrade.Metadata, what, list, cancellationToken);
            return
            [
                .. groups.Select(g => g.ToItem(
                    g.NeedsList ? DividedList.NameOf(reference!, list.PartWith(g.Key)) : null, space)),
            ];
        }
        catch (ListUnavailableException exception)
        {
            return
            [
                .. groups.Select(g => g.NeedsList ? g with { What = $"{g.What} {NotStored} {exception.Message}" } : g)
                    .Select(g => g.ToItem(null, space)),
            ];
        }
    }

    public static IReadOnlyDictionary<string, string> ToFacts(IReadOnlyList<ActionItem> items) =>
        items.Take(SchemaLimits.Findings).Index()
            .ToDictionary(i => $"{FactPrefix}{i.Index:000}", i => Write(i.Item), StringComparer.Ordinal);

    /// <summary>The items in the facts of a step; empty before it has succeeded.</summary>
    public static List<ActionItem> Of(Step? step) =>
        step is { State: StepState.Succeeded, Facts: { } facts }
            ? [.. facts.Where(f => f.Key.StartsWith(FactPrefix, StringComparison.Ordinal)).Select(f => Read(f.Value))]
            : [];

    // The message is last: it may have line feeds.
    private static string Write(ActionItem item) => string.Join(
        '\n',
        item.Reason,
        $"{item.Count}",
        item.Subject,
        item.ConfigMap ?? "",
        item.Key ?? "",
        SchemaLimits.Clip(item.Message));

    private static ActionItem Read(string text)
    {
        var fields = text.Split('\n', 6);
        return new ActionItem
        {
            Reason = fields[0],
            Count = int.TryParse(fields[1], CultureInfo.InvariantCulture, out var count) ? count : null,
            Subject = fields[2],
            ConfigMap = fields[3].Length > 0 ? fields[3] : null,
            Key = fields[4].Length > 0 ? fields[4] : null,
            Message = fields[5],
        };
    }
}
