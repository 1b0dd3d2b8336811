using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Builds the conditions of a status from the former ones: the transition time changes only if the status changes.
/// </summary>
internal sealed class ConditionSet(IReadOnlyList<Condition> before, DateTimeOffset now, long? generation)
{
    private readonly List<Condition> _conditions = [];

    /// <summary>The conditions, in the order in which they were set.</summary>
    public List<Condition> Conditions => _conditions;

    /// <summary>Sets a condition to true or false.</summary>
    public void Set(string type, bool status, string reason, string message) =>
        Set(type, status ? "True" : "False", reason, message);

    /// <summary>Sets a condition; the last call for a type counts.</summary>
    /// <param name="type">The type of the condition.</param>
    /// <param name="status">True, False or Unknown.</param>
    /// <param name="reason">Stable word.</param>
    /// <param name="message">Whole sentences.</param>
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
