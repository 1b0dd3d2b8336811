using System.Globalization;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Takes leader_priority of PD away for the roll, or gives it back: one that is not 0 pulls leadership back to its
/// member (docs/research/tidb.md#pd).
/// </summary>
internal sealed class SetLeaderPriorities(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var present = (await Targets.Pd().MembersAsync(cancellationToken)).Members.ToDictionary(m => m.Name, m => m.LeaderPriority, StringComparer.Ordinal);
        var other = Wanted(context).Where(w => present.GetValueOrDefault(w.Key) != w.Value).Select(w => w.Key).ToList();
        return other.Count == 0 ? new Observation.Done(Text(Wanted(context))) : new Observation.NotStarted($"leader_priority of {string.Join(", ", other)} is another");
    });

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var (member, priority) in Wanted(context))
        {
            Targets.EnsureMayAct();
            await Targets.Pd().SetLeaderPriorityAsync(member, priority, cancellationToken);
        }
    }

    /// <summary>Priorities of a step, by the members' own names.</summary>
    internal static Dictionary<string, int> Parse(string text) => text.Split(',')
        .Select(p => p[..p.LastIndexOf('=')] is var name ? (name, int.Parse(p[(name.Length + 1)..], CultureInfo.InvariantCulture)) : default)
        .ToDictionary(p => p.name, p => p.Item2, StringComparer.Ordinal);

    private static Dictionary<string, int> Wanted(StepContext context)
    {
        var before = Parse(context.Parameter("priorities"));
        return context.OptionalParameter("clear") is null ? before : before.ToDictionary(p => p.Key, _ => 0, StringComparer.Ordinal);
    }

    private static string Text(Dictionary<string, int> priorities) =>
        string.Join(", ", priorities.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {p.Value}")));
}
