namespace Drydock.Reconcilers.Upgrades;

/// <summary>Builds the conditions of a status from the former ones: the transition time changes only if the status
/// changes.</summary>
internal sealed class ConditionSet(IReadOnlyList<Condition> before, DateTimeOffset now, long? generation)
{
    private readonly List<Condition> _conditions = [];

    public List<Condition> Conditions => _conditions;

    /// <summary>Adds a condition that is absent while it is not true.</summary>
    public void When(bool isTrue, string type, string reason, string message = "")
    {
        if (isTrue)
        {
            Set(type, status: true, reason, message);
        }
    }

    public void Set(string type, bool status, string reason, string message)
    {
        var old = before.FirstOrDefault(c => c.Type == type);
        var word = status ? "True" : "False";
        _conditions.Add(new Condition
        {
            Type = type,
            Status = word,
            Reason = reason,
            Message = SchemaLimits.Clip(message, 1024),
            ObservedGeneration = generation,
            LastTransitionTime = old?.Status == word ? old.LastTransitionTime : now,
        });
    }
}
