namespace Drydock.Reconcilers.Upgrades;

/// <summary>Marks an action whose failure an administrator may accept, because the action only verifies something: what
/// follows does not rely on it. Never on an action that protects data (dumps, commands that run once, quorum,
/// claims).</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class AcceptableAttribute : Attribute
{
    /// <summary>Which failures may be accepted, as a condition that begins with "if"; null for every verdict. The
    /// action decides it in <c>MayBeAccepted</c>.</summary>
    public string? OnlyIf { get; init; }
}

/// <summary>Tells which actions of a kind have failures that may be accepted.</summary>
/// <typeparam name="TTargets">The targets of the kind; its actions are in the same assembly.</typeparam>
internal static class AcceptableActions<TTargets>
{
    private static readonly Dictionary<string, AcceptableAttribute> Marks =
        (from type in typeof(TTargets).Assembly.GetTypes()
         let mark = type.GetCustomAttribute<AcceptableAttribute>(inherit: false)
         where mark is not null
         select (type.Name, Mark: mark)).ToDictionary(m => m.Name, m => m.Mark, StringComparer.Ordinal);

    public static AcceptableAttribute? Of(PlanStep step) => Marks.GetValueOrDefault(step.Action);
}
