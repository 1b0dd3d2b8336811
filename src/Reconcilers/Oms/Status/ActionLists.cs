namespace Drydock.Reconcilers.Oms;

/// <summary>What steps found for the administrator: stored in ConfigMaps, because a system may have thousands of
/// projects. A fact of the step names them. A list that cannot be stored or read never fails a step: an entry says what
/// is missing.</summary>
internal sealed class ActionLists(IOmsTargets targets)
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
            var list = ActionGroup.ToList(ActionGroup.Of(entries.Select(Redacted)));
            var reference = await targets.Overflow.StoreListAsync(
                targets.Upgrade.Metadata, what, list, cancellationToken);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{reference.Name} {reference.Parts} {reference.Entries} {reference.Sha256}");
        }
        catch (ListUnavailableException exception)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{NotStored}{Separator}{entries.Count}{Separator}{targets.Redactor.Redact(exception.Message)}");
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

    private static ListReference Reference(string fact)
    {
        var fields = fact.Split(Separator);
        return fields is [var name, var parts, var entries, var sha256]
            ? new ListReference
            {
                Name = name,
                Parts = int.Parse(parts, CultureInfo.InvariantCulture),
                Entries = int.Parse(entries, CultureInfo.InvariantCulture),
                Sha256 = sha256,
            }
            : throw new ListUnavailableException($"'{fact}' does not name a list.");
    }

    private ActionEntry Redacted(ActionEntry entry) => entry with
    {
        Subject = SchemaLimits.Clip(targets.Redactor.Redact(entry.Subject), SchemaLimits.Name),
        Detail = SchemaLimits.Clip(targets.Redactor.Redact(entry.Detail), SchemaLimits.Reference),
        What = SchemaLimits.Clip(targets.Redactor.Redact(entry.What), SchemaLimits.Message / 2),
    };
}
