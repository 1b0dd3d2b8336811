using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Planning;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Adds, from what a plan has really done before the first old container stopped, the steps that undo it: high
/// availability and project names as before, created containers and loaded images gone.
/// </summary>
internal sealed class UndoPlanner(PlanBuilder plan, OmsUpgradeSpec spec, RollbackBasis basis)
{
    private const string Phase = OmsUpgradePhases.Undo;

    public void Compile()
    {
        var done = basis.Plan;
        foreach (var step in done.Steps.Where(PlanProgress.Begun))
        {
            switch (step.Action)
            {
                case OmsActions.RenameProjects:
                    plan.Add(Undo($"names-{PlanProgress.NameOf(step)}", OmsActions.RestoreProjectNames, null, "projects get their former names", [], step.Parameters));
                    break;
                case OmsActions.DisableHighAvailability:
                    var restored = plan.Add(Undo("ha-config", OmsActions.RestoreHighAvailability, null, "ha.config as it was", [], step.Parameters));
                    Consoles(restored);
                    break;
                case OmsActions.AwaitManualHighAvailability when step.Id == StepIds.DisableHA && step.State == StepState.Succeeded && !basis.Unattended:
                    plan.Add(Undo("ha-config", OmsActions.AwaitManualHighAvailability, null, "high availability switched on by a person", [], With(step, ("wanted", "on"), ("plain", "true"))));
                    break;
                case OmsActions.CreateContainer:
                    plan.Add(Undo($"remove-{step.Node}", OmsActions.RemoveContainer, step.Node, $"remove {step.Parameters["container"]} from {step.Node}", [], new(StringComparer.Ordinal)
                    {
                        ["container"] = step.Parameters["container"],
                    }));
                    break;
                case OmsActions.PrepareImage when step.Parameters["source"] != "Present":
                    var after = done.Steps.Exists(s => s.Action == OmsActions.CreateContainer && s.Node == step.Node && PlanProgress.Begun(s))
                        ? [RollbackIds.Undo($"remove-{step.Node}")]
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
    }

    private void Consoles(string after)
    {
        foreach (var step in basis.Plan.Steps.Where(s => s.Action == OmsActions.RestartConsole && PlanProgress.Begun(s)))
        {
            after = plan.Add(Undo($"console-{step.Node}", OmsActions.RestartConsole, step.Node, $"restart oms_console on {step.Node}", [after], step.Parameters));
        }
    }

    // The image itself goes only if this upgrade brought it; one that was there under another name loses no more than
    // the name it was given.
    private static string Brought(PlanStep step) => step.Parameters["source"] == "Tag"
        ? ""
        : step.Recorded(PrepareImage.ImageIdFact) ?? step.Parameters["imageId"];

    private static SortedDictionary<string, string> With(PlanStep step, params (string Key, string Value)[] more)
    {
        var parameters = new SortedDictionary<string, string>(step.Parameters, StringComparer.Ordinal);
        foreach (var (key, value) in more)
        {
            parameters[key] = value;
        }

        return parameters;
    }

    private PlanStep Undo(string name, string action, string? node, string title, List<string> after, SortedDictionary<string, string> parameters) => new()
    {
        Id = RollbackIds.Undo(name),
        Phase = Phase,
        Node = node,
        Title = title,
        After = after,
        Action = action,
        Parameters = new SortedDictionary<string, string>(parameters, StringComparer.Ordinal),
        Timeout = spec.Timeouts.Of(Phase),
        MaxAttempts = 5,
    };
}
