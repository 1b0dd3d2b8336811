namespace Drydock.Reconcilers.Upgrades;

/// <summary>Builds the conditions of a status from the former ones: the transition time changes only if the status
/// changes.</summary>
internal sealed class ConditionSet(IReadOnlyList<Condition> before, DateTimeOffset now, long? generation)
{
    private readonly List<Condition> _conditions = [];

    public List<Condition> Conditions => _conditions;

    public void Set(string type, bool status, string reason, string message) =>
        Set(type, status ? "True" : "False", reason, message);

    /// <summary>Sets a condition; the last call for a type counts.</summary>
    public void Set(string type, string status, string reason, string message)
    {
        var old = before.FirstOrDefault(c => c.Type == type);
        _conditions.RemoveAll(c => c.Type == type);
        _conditions.Add(new Condition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = SchemaLimits.Clip(message, 1024),
            ObservedGeneration = generation,
            LastTransitionTime = old is not null && old.Status == status ? old.LastTransitionTime : now,
        });
    }
}
