namespace Drydock.Reconcilers.Upgrades;

/// <summary>A step that knows how long one attempt of it may take.</summary>
internal interface ITimedStep
{
    TimeSpan TimeLimit(RunSpec spec, string phase);
}

/// <summary>The <see cref="ITimedStep"/> of one kind, whose limits do not depend on the phase.</summary>
internal interface ITimedStep<in TSpec> : ITimedStep
    where TSpec : RunSpec
{
    TimeSpan TimeLimit(TSpec spec);

    TimeSpan ITimedStep.TimeLimit(RunSpec spec, string phase) => TimeLimit((TSpec)spec);
}
