namespace Drydock.Abstractions.Plans;

/// <summary>A whole upgrade as data: steps in a DAG and the guards that hold meanwhile. Lives in status; the stored
/// plan is the plan.</summary>
public sealed record Plan
{
    /// <summary>Hash over what will be done to what: <c>sha256:</c> and 64 hex digits.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Hash over the identity fields of the spec it was compiled from, by which a later change of them is
    /// noticed.</summary>
    public string? SpecHash { get; init; }

    /// <summary>What must be approved before the first step begins, as an entry of <c>holdBefore</c> would have it
    /// (<c>RollBack</c>); null if nothing. Not part of the hash.</summary>
    public string? Hold { get; init; }

    /// <summary>When it was compiled.</summary>
    public DateTimeOffset? CompiledAt { get; init; }

    /// <summary>What the attempts of this plan's steps are counted on from wherever they name something (objects,
    /// witness files), so that no trace of an earlier plan of the same object is ever taken for one of this plan. Not
    /// part of the hash.</summary>
    public int AttemptsBefore { get; init; }

    /// <summary>The steps, in an order that respects <see cref="PlanStep.After"/>.</summary>
    public List<PlanStep> Steps { get; init; } = [];

    /// <summary>What must stay true meanwhile.</summary>
    public List<PlanGuard> Guards { get; init; } = [];

    /// <summary>The entries of spec.preflight.acknowledge that were in force when it was compiled, sorted. Part of the
    /// hash; null if there were none or the kind does not record them.</summary>
    public List<string>? Acknowledged { get; init; }

    /// <summary>What the reader of the plan must know before approving it: expected losses, undocumented means, points
    /// of no return.</summary>
    public List<string> Notes { get; init; } = [];
}
