namespace Drydock.Reconcilers.Oms;

/// <summary>The items of status.actionRequired as facts of the step that compiled them, one fact an item. The groups
/// that an item cannot show completely are in a ConfigMap that the item names.</summary>
internal static class StoredItems
{
    private const string FactPrefix = "item-";
    private const string NotStored = "The whole list could not be stored.";

    public static async Task<IReadOnlyList<ActionItem>> StoreAsync(
        IOmsTargets targets, string what, IReadOnlyList<ActionGroup> groups, CancellationToken cancellationToken)
    {
        var space = targets.Upgrade.Metadata.Namespace;
        var listed = groups.Where(g => g.NeedsList).ToList();
        if (listed.Count == 0)
        {
            return [.. groups.Select(g => g.ToItem(null, space))];
        }

        try
        {
            var list = ActionGroup.ToList(listed);
            var reference = await targets.Overflow.StoreListAsync(
                targets.Upgrade.Metadata, what, list, cancellationToken);
            return
            [
                .. groups.Select(g => g.ToItem(
                    g.NeedsList ? DividedList.NameOf(reference, list.PartWith(g.Key)) : null, space)),
            ];
        }
        catch (ListUnavailableException exception)
        {
            return
            [
                .. groups.Select(g => g.NeedsList
                    ? (g with { What = $"{g.What} {NotStored} {exception.Message}" }).ToItem(null, space)
                    : g.ToItem(null, space)),
            ];
        }
    }

    public static IReadOnlyDictionary<string, string> ToFacts(IReadOnlyList<ActionItem> items) =>
        items.Take(SchemaLimits.Findings)
            .Select((item, index) => (item, index))
            .ToDictionary(
                i => string.Create(CultureInfo.InvariantCulture, $"{FactPrefix}{i.index:000}"),
                i => Write(i.item),
                StringComparer.Ordinal);

    /// <summary>The items in the facts of a step; empty before it has succeeded.</summary>
    public static List<ActionItem> Of(PlanStep? step) =>
        step is { State: StepState.Succeeded, Facts: { } facts }
            ? [.. facts.Where(f => f.Key.StartsWith(FactPrefix, StringComparison.Ordinal)).Select(f => Read(f.Value))]
            : [];

    // The message is last: it may have line feeds.
    private static string Write(ActionItem item) => string.Join(
        '\n',
        item.Reason,
        item.Count?.ToString(CultureInfo.InvariantCulture) ?? "",
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
