using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>A config.yaml as far as it could be read.</summary>
/// <param name="Config">The settings; null if anything that is needed is missing or wrong.</param>
/// <param name="Errors">All that is wrong.</param>
/// <param name="SecretValues">The secrets found in it, also if <paramref name="Config"/> is null.</param>
internal sealed record OmsConfigResult(
    OmsConfig? Config, IReadOnlyList<OmsConfigError> Errors, IReadOnlyList<Secret> SecretValues)
{
    /// <summary>One finding for each error.</summary>
    public IReadOnlyList<Finding> Findings(string node) =>
        [.. Errors.Select(error => new Finding { Reason = Reasons.ConfigUnreadable, Message = error.Message, Node = node })];
}
