namespace Drydock.Crds.Plans;

/// <summary>The whole run as data: steps in their order, and guards that hold meanwhile. <c>kubectl drydock plan
/// -o yaml</c> prints it; in status it is packed (<see cref="PackedPlan"/>). What has no <see cref="PartAttribute"/> is
/// what is done, and hashed.</summary>
public sealed record StoredPlan
{
    /// <summary>Hash of all actions and targets: sha256: and 64 hex digits. The same work has the same hash.</summary>
    [Part(PlanPart.Head)]
    public string Hash { get; init => field = value ?? ""; } = "";

    /// <summary>What it is for.</summary>
    [Part(PlanPart.Head)]
    public PlanKind Kind { get; init; }

    /// <summary>Why it was made; absent for the first one.</summary>
    [Part(PlanPart.Head)]
    public string? Why { get; init; }

    /// <summary>Hash of the identity fields of the spec from which the plan was compiled. It shows whether they were
    /// changed later.</summary>
    [Part(PlanPart.Details)]
    public string? SpecHash { get; init; }

    /// <summary>The identity fields of that spec by their paths, without defaults; of large ones a hash. It shows which
    /// of them was changed later. No part of the hash.</summary>
    [Part(PlanPart.Details)]
    public SortedDictionary<string, string>? Identity { get; init; }

    /// <summary>What must be approved before the first step, for instance RollBack; absent if nothing.</summary>
    [Part(PlanPart.Head)]
    public string? Hold { get; init; }

    /// <summary>When it was compiled.</summary>
    [Part(PlanPart.Head)]
    public DateTimeOffset? CompiledAt { get; init; }

    /// <summary>Its number among all plans of the object. It rises with each plan, abort and retry; an approval names
    /// it. No part of the hash.</summary>
    [Part(PlanPart.Head)]
    public int Number { get; init; }

    /// <summary>Its random id, stored before anything is named after it, so that an older status can never meet what
    /// this plan left. No part of the hash.</summary>
    [Part(PlanPart.Head)]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>The steps; each stands after those that it needs.</summary>
    [Part(PlanPart.Work | PlanPart.Details | PlanPart.Record)]
    public List<StoredStep> Steps { get; init => field = value ?? []; } = [];

    /// <summary>What must stay true while the plan runs.</summary>
    [Part(PlanPart.Work | PlanPart.Details | PlanPart.Record)]
    public List<StoredGuard> Guards { get; init => field = value ?? []; } = [];

    /// <summary>The entries of spec.preflight.acknowledge when the plan was compiled. The hash covers them.</summary>
    public List<string>? Acknowledged { get; init; }

    /// <summary>The hash of the plan that this one repeats, so that an approval of one repetition does not count for
    /// the next; absent for others.</summary>
    public string? Repeats { get; init; }

    /// <summary>The hash of what preflight found of the instances that the spec does not describe; absent if it
    /// describes all.</summary>
    public string? Found { get; init; }

    /// <summary>What you should know before you approve: expected losses, undocumented methods, points of no
    /// return.</summary>
    [Part(PlanPart.Details)]
    public List<string> Notes { get; init => field = value ?? []; } = [];
}
