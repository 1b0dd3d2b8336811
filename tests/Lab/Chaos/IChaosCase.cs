namespace Drydock.Lab.Chaos;

/// <summary>A row of the ledger, for any kind of upgrade.</summary>
public interface IChaosCase
{
    /// <summary>The scenario: <c>ee-322-422 Upgrade</c>.</summary>
    string ScenarioId { get; }

    /// <summary>Id of the accident, or <c>kill</c>.</summary>
    string What { get; }

    /// <summary>Id of the moment.</summary>
    string When { get; }

    /// <summary>
    /// The shape of the plan that runs (<see cref="Upgrades.PlanShape"/>); empty if no ledger is kept of the case.
    /// </summary>
    string Plan { get; }

    /// <summary>Whether the operator is killed.</summary>
    bool IsKill { get; }

    /// <summary>Stable over runs: <c>ee-322-422 Upgrade: dockerd-kill @ during-init-start</c>.</summary>
    string Id { get; }
}
