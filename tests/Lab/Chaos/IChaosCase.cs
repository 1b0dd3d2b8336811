namespace Drydock.Lab.Chaos;

/// <summary>A row of the ledger, whatever kind of upgrade it is about.</summary>
public interface IChaosCase
{
    /// <summary>Which scenario: <c>ee-322-422 Upgrade</c>.</summary>
    string ScenarioId { get; }

    /// <summary>The accident's id, or <c>kill</c>.</summary>
    string What { get; }

    /// <summary>The moment's id.</summary>
    string When { get; }

    /// <summary>Whether it is the operator's death at one of its own moments.</summary>
    bool IsKill { get; }

    /// <summary>Stable over runs: <c>ee-322-422 Upgrade: dockerd-kill @ during-init-start</c>.</summary>
    string Id { get; }
}
