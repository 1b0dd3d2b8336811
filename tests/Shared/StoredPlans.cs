using System.Text.Json;
using System.Text.Json.Nodes;
using Drydock.Crds;
using Drydock.Crds.Common;
using Drydock.Crds.Plans;

namespace Drydock.Tests;

/// <summary>Plans and steps of tests, written as status has them.</summary>
internal static class StoredPlans
{
    public static PlanProgress AsRun(this StoredPlan stored) =>
        StoredRun.Read(JsonSerializer.SerializeToElement(stored, CrdsJsonContext.Default.StoredPlan));

    /// <summary>A status whose plans are written as they are printed (<c>plan</c>, <c>rollbackPlan</c>), as it is
    /// stored.</summary>
    public static JsonObject Packed(JsonObject status)
    {
        var (stored, plans) = ((JsonObject)status.DeepClone(), new JsonArray());
        foreach (var (name, kind) in new[] { ("plan", PlanKind.Upgrade), ("rollbackPlan", PlanKind.Rollback) })
        {
            if (stored[name] is JsonObject plan)
            {
                var run = (plan.Deserialize(CrdsJsonContext.Default.StoredPlan)! with { Kind = kind }).AsRun();
                plans.Add(JsonSerializer.SerializeToNode(run, CrdsJsonContext.Default.PlanProgress));
            }

            stored.Remove(name);
        }

        if (plans.Count > 0)
        {
            stored["plans"] = plans;
            stored["form"] ??= StatusForm.Current;
        }

        return stored;
    }

    public static Step AsStep(this StoredStep stored) => new StoredPlan { Steps = [stored] }.AsRun().Steps[0];

    /// <summary>The plan with another record of its steps, or of one of them.</summary>
    public static PlanProgress With(this PlanProgress plan, Func<Step, StepRecord> change, string? only = null) =>
        plan.With(plan.Steps.Where(s => only is null || s.Id == only).Select(s => s with { Record = change(s) }));

    /// <summary>The plan, written otherwise than it was compiled.</summary>
    public static PlanProgress Rewritten(this PlanProgress plan, Func<Plan, Plan> change) =>
        plan.With(change(plan.Plan));

    public static PlanProgress RewrittenSteps(this PlanProgress plan, Func<PlannedStep, PlannedStep> change) =>
        plan.Rewritten(p => p with { Steps = p.Steps.ConvertAll(s => change(s)) });

    /// <summary>What the step recorded: facts, then the receipt.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Entries(this Step step) =>
        new[] { step.Facts, step.Receipt }.OfType<IReadOnlyDictionary<string, string>>().SelectMany(entries => entries);

    public static Step With(this Step step, Func<StepRecord, StepRecord> change) =>
        step with { Record = change(step.Record) };
}
