namespace Drydock.Crds.Plans;

/// <summary>The parts in which a plan is stored.</summary>
[Flags]
public enum PlanPart
{
    /// <summary>What everybody reads of it, unpacked.</summary>
    Head = 1,

    /// <summary>What is done, to what, in which order: the hash is of this part.</summary>
    Work = 2,

    /// <summary>How it is told and measured. It may differ for the same work.</summary>
    Details = 4,

    /// <summary>What happened.</summary>
    Record = 8,
}

/// <summary>To which part of a plan a field belongs; one without it belongs to <see cref="PlanPart.Work"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PartAttribute(PlanPart part) : Attribute
{
    public PlanPart Part { get; } = part;
}
