namespace Drydock.Benchmarks;

/// <summary>An upgrade that the operator and the script of its runbook do under the same load.</summary>
/// <param name="Name">What is upgraded.</param>
/// <param name="Aim">The most that the operator may take, as a part of the script's wall time.</param>
internal sealed record ComparedUpgrade(string Name, double Aim)
{
    /// <summary>Whether the script is also measured with drains, which the manual procedure does not have.</summary>
    public bool ScriptDrains { get; init; }

    /// <summary>Changes the spec of the operator's upgrade.</summary>
    public Action<JsonObject>? Change { get; init; }
}
