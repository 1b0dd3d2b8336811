using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// No PD member has a leader_priority while PD is rolled: it would pull leadership back to a member that is about to be
/// stopped.
/// </summary>
internal sealed class LeaderPriorityStaysCleared(ITiDbTargets targets) : TiDbGuard(targets)
{
    /// <inheritdoc />
    protected override async Task<GuardReading> ReadAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var set = (await Targets.Pd().MembersAsync(cancellationToken)).Members.Where(m => m.LeaderPriority != 0).ToList();
        return set.Count == 0
            ? GuardReading.Holds
            : GuardReading.Broken($"leader_priority was set during the upgrade: {string.Join(", ", set.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Name} {m.LeaderPriority}")))}. Set it to 0 (pd-ctl member leader_priority NAME 0); it is restored by itself after PD");
    }
}
