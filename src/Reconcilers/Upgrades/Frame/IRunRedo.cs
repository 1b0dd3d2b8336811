namespace Drydock.Reconcilers.Upgrades;

/// <summary>How a retry continues after a step that may run again only on restored data: the plan is compiled again,
/// with the restore in it. Pure. Kinds implement <see cref="IRunRedo{TSpec}"/>.</summary>
internal interface IRunRedo
{
    string Remedy { get; }

    /// <summary>The phase that restores. If only another plan than this was approved, the phase is held.</summary>
    string Phase { get; }

    /// <summary>The id of the step or guard after which only restored data may be used; null if there is
    /// none.</summary>
    string? FindLost(Plan plan);

    /// <summary>Whether a restore was added to the plan since it was first stored.</summary>
    bool IsRedone(Plan plan);

    Plan Compile(RunSpec spec, Plan plan);

    string Describe(string lost, Plan plan);

    /// <summary>What the restore destroys, as sentences for the administrator who asks for it.</summary>
    string Cost(Plan plan);
}

/// <summary>The <see cref="IRunRedo"/> of one kind, with its own types.</summary>
/// <typeparam name="TSpec">Its spec.</typeparam>
internal interface IRunRedo<in TSpec> : IRunRedo
    where TSpec : RunSpec
{
    Plan Compile(TSpec spec, Plan plan);

    Plan IRunRedo.Compile(RunSpec spec, Plan plan) => Compile((TSpec)spec, plan);
}
