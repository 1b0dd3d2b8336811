using Drydock.Abstractions.Plans;
using Drydock.Engine.Planning;
using Drydock.Reconcilers.OmsUpgrades.Steps;

namespace Drydock.Reconcilers.OmsUpgrades.Planning;

/// <summary>
/// Compiles, from what a plan has really done before the first old container stopped, the plan that undoes it: high availability as before,
/// created containers and loaded images gone. Runs on the same engine.
/// </summary>
public static class UndoPlanner
{
    /// <summary>The phase of all undo steps.</summary>
    public const string Phase = "Undo";

    /// <summary>Whether the first old container was stopped, or its stop may have begun; from then on nothing is undone here.</summary>
    public static bool IsPastT1(Plan plan) =>
        plan.Steps.Exists(s => s.Action == OmsActions.StopContainer && s.State != StepState.Pending);

    /// <summary>The plan; without steps if nothing was changed.</summary>
    public static Plan Compile(Plan done)
    {
        var plan = new PlanBuilder();
        foreach (var step in done.Steps.Where(s => s.State != StepState.Pending || s.Attempt > 0))
        {
            switch (step.Action)
            {
                case OmsActions.DisableHighAvailability:
                    var restored = plan.Add(Undo("ha-config", OmsActions.RestoreHighAvailability, null, "ha.config as it was", [], step.Parameters));
                    Consoles(plan, done, restored);
                    break;
                case OmsActions.CreateContainer:
                    plan.Add(Undo($"remove-{step.Node}", OmsActions.RemoveContainer, step.Node, $"remove {step.Parameters["container"]} from {step.Node}", [], Only(step, "container")));
                    break;
                case OmsActions.PrepareImage when step.Parameters["source"] != "Present":
                    var after = done.Steps.Exists(s => s.Action == OmsActions.CreateContainer && s.Node == step.Node && (s.State != StepState.Pending || s.Attempt > 0))
                        ? [$"{Phase}/remove-{step.Node}"]
                        : new List<string>();
                    plan.Add(Undo($"image-{step.Node}", OmsActions.RemoveImage, step.Node, $"remove {step.Parameters["image"]} from {step.Node}", after, new(StringComparer.Ordinal)
                    {
                        ["image"] = step.Parameters["image"],
                        ["imageId"] = Brought(step),
                    }));
                    break;
                default:
                    break;
            }
        }

        return plan.Build();
    }

    private static void Consoles(PlanBuilder plan, Plan done, string after)
    {
        foreach (var step in done.Steps.Where(s => s.Action == OmsActions.RestartConsole && (s.State != StepState.Pending || s.Attempt > 0)))
        {
            after = plan.Add(Undo($"console-{step.Node}", OmsActions.RestartConsole, step.Node, $"restart oms_console on {step.Node}", [after], step.Parameters));
        }
    }

    // The image itself goes only if this upgrade brought it; one that was there under another name loses no more than the name it was given.
    private static string Brought(PlanStep step) => step.Parameters["source"] == "Tag"
        ? ""
        : step.Receipt?.GetValueOrDefault(PrepareImage.ImageIdFact) ?? step.Parameters["imageId"];

    private static SortedDictionary<string, string> Only(PlanStep step, string name) =>
        new(StringComparer.Ordinal) { [name] = step.Parameters[name] };

    private static PlanStep Undo(string name, string action, string? node, string title, List<string> after, SortedDictionary<string, string> parameters) => new()
    {
        Id = $"{Phase}/{name}",
        Phase = Phase,
        Node = node,
        Title = title,
        After = after,
        Action = action,
        Parameters = new SortedDictionary<string, string>(parameters, StringComparer.Ordinal),
        MaxAttempts = 5,
    };
}
