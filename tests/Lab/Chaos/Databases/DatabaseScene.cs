using Drydock.Lab.Accidents;

namespace Drydock.Lab.Chaos.Databases;

/// <summary>The place of an accident: a stage, a cluster on it, and the process that the operator works on.</summary>
/// <param name="Stage">The stage, with a fault proxy.</param>
/// <param name="Scenario">The cluster.</param>
/// <param name="Space">Namespace of the upgrade.</param>
public sealed record DatabaseScene(DatabaseStage Stage, IDatabaseScenario Scenario, string Space) : OperatorScene
{
    private string? _process;

    /// <inheritdoc />
    public override OperatorStage Operator => Stage.Operator;

    /// <inheritdoc />
    public override KubeFaultProxy Kubernetes =>
        Stage.Proxy
            ?? throw new InvalidOperationException("the stage has no fault proxy (DatabaseStageOptions.Faults)");

    /// <summary>
    /// The process of the running step when the accident struck; the first process if the step has none.
    /// </summary>
    public string Process
    {
        get => _process ?? Scenario.Processes[0];
        init => _process = value;
    }

    /// <summary>Its host. No other process of the same kind runs on it.</summary>
    public LabHost Host => Scenario.HostOf(Process);

    /// <summary>The processes of its host.</summary>
    public IEnumerable<string> Neighbours => Scenario.Processes.Where(process => Scenario.HostOf(process) == Host);
}
