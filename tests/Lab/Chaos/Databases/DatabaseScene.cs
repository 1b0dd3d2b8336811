using Drydock.Lab.Accidents;
using Drydock.Lab.Databases.Scenarios;
using Drydock.Lab.Hosts;
using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Chaos.Databases;

/// <summary>
/// Where an accident happens: a stage, a cluster on it, and the process that the operator has in hand.
/// </summary>
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
        Stage.Proxy ?? throw new InvalidOperationException("the stage has no fault proxy (DatabaseStageOptions.Faults)");

    /// <summary>
    /// The process that the step under way was about when the accident struck; the first of all where it was about
    /// none.
    /// </summary>
    public string Process
    {
        get => _process ?? Scenario.Processes[0];
        init => _process = value;
    }

    /// <summary>Its host: what else dies there is no second one of its kind.</summary>
    public LabHost Host => Scenario.HostOf(Process);

    /// <summary>The processes of its host.</summary>
    public IEnumerable<string> Neighbours => Scenario.Processes.Where(process => Scenario.HostOf(process) == Host);
}
