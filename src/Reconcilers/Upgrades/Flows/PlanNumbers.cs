namespace Drydock.Reconcilers.Upgrades;

/// <summary>Gives each plan its number and its random id when it is stored, and remembers those of the plans that it
/// replaces. A plan that is compiled again without a difference, before anything of it has begun, keeps both. What ends
/// the words of a status (<see cref="RunWords.End"/>) gives every plan another number, and so does a word that cannot
/// be given again (<see cref="RunWords.AreSpent"/>), under which approvals stay given; a number of 0 asks for
/// one.</summary>
internal static class PlanNumbers
{
    private const string Characters = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int Length = 8;

    public static string NewId() => RandomNumberGenerator.GetString(Characters, Length);

    public static RunStatus Assign(RunKind kind, RunStatus? before, RunStatus status, Func<string> newId)
    {
        // Of a plan that cannot be read, not even its kind is known: none takes the place of another.
        if (status.Plans.Exists(p => p.Unreadable is not null))
        {
            return status;
        }

        List<PlanProgress> known = [.. before is null ? [] : before.Plans.Where(p => p.Id.Length > 0)];
        var isEnded = before is not null && RunWords.End(before, status);
        var isRenamed = isEnded || (before is not null && RunWords.AreSpent(kind, before, status, known));
        var named = RunWords.Numbers(status);
        var number = known.Concat(status.Plans).Select(p => p.Number)
            .Concat(status.FormerPlans.Select(p => p.Number))
            .Append(0)
            .Max();
        foreach (var slot in new[] { PlanKind.Upgrade, PlanKind.Rollback, PlanKind.Cleanup })
        {
            if (status.PlanOf(slot) is not { } plan)
            {
                continue;
            }

            var same = plan.Id.Length > 0
                ? plan
                : known.Find(p => p.Hash == plan.Hash && !p.HasEverBegun) ?? plan.With(plan.Plan with { Id = newId() });
            var former = known.Find(p => p.Id == same.Id && p.Number == same.Number);
            if (same.Number == 0 || (isRenamed && former is not null))
            {
                do
                {
                    number++;
                }
                while (named.Contains(number));

                status = former is null ? status : status with
                {
                    Approvals = [.. status.Approvals.Union(RunTokens.StillGiven(status, former, number, isEnded))],
                };
                same = same.With(same.Plan with { Number = number });
            }

            status = (plan.Number, plan.Id) == (same.Number, same.Id)
                ? status
                : status.WithPlan(slot, plan.With(plan.Plan with { Number = same.Number, Id = same.Id }));
        }

        var present = status.Plans.Select(p => p.Id)
            .Concat(status.FormerPlans.Select(p => p.Id))
            .ToHashSet(StringComparer.Ordinal);
        var gone = known.Where(p => !present.Contains(p.Id))
            .Select(p => new FormerPlan
            {
                Number = p.Number,
                Kind = p.Plan.Kind,
                Id = p.Id,
                Hash = p.Hash,
                Why = p.Plan.Why,
            })
            .ToList();
        return gone.Count == 0
            ? status
            : status with { FormerPlans = [.. status.FormerPlans.Concat(gone).TakeLast(SchemaLimits.History)] };
    }
}
