namespace Drydock.Reconcilers.Oms;

/// <summary>Adds the steps that undo what a plan has really done before the first old container stopped: high
/// availability and project names as before, created containers and loaded images removed.</summary>
internal sealed class UndoPlanner(PlanBuilder plan, OmsUpgradeSpec spec, RollbackBasis basis)
{
    private const int Attempts = 5;

    public void Compile()
    {
        foreach (var step in basis.Plan.Steps.Where(PlanProgress.Begun))
        {
            if (step.Is<RenameProjects>())
            {
                Names(step);
            }
            else if (step.Is<DisableHighAvailability>())
            {
                HighAvailability(step.As<DisableHighAvailability>());
            }
            else if (step.Is<AwaitManualHighAvailability>())
            {
                ManualHighAvailability(step);
            }
            else if (step.Is<CreateContainer>())
            {
                Container(step.Node!, step.As<CreateContainer>().Container);
            }
            else if (OmsPlanProgress.BringsImage(step))
            {
                Image(step);
            }
        }
    }

    private void Names(PlanStep step)
    {
        var args = step.As<RenameProjects>();
        Add(
            RollbackIds.UndoNames(PlanProgress.NameOf(step)),
            null,
            "Restore the former names of projects",
            new RestoreProjectNames(args.Database, args.Renames),
            []);
    }

    private void HighAvailability(DisableHighAvailability args)
    {
        var after = Add(
            RollbackIds.UndoHA,
            null,
            "Restore ha.config",
            new UndoDisableHighAvailability(args.Database, args.Previous),
            []);
        foreach (var step in basis.Plan.Steps.Where(s => s.Is<RestartConsole>() && PlanProgress.Begun(s)))
        {
            after = Add(
                RollbackIds.UndoHAConsole(step.Node!),
                step.Node,
                $"Restart oms_console on {step.Node}",
                step.As<RestartConsole>(),
                [after]);
        }
    }

    private void ManualHighAvailability(PlanStep step)
    {
        if (step is { Id: StepIds.DisableHA, State: StepState.Succeeded } && !basis.Unattended)
        {
            var args = step.As<AwaitManualHighAvailability>();
            Add(
                RollbackIds.UndoHA,
                null,
                "Wait until the administrator enables high availability",
                args with { Enable = true, EnableOnly = true },
                []);
        }
    }

    private void Container(string node, string container) => Add(
        RollbackIds.UndoContainer(node),
        node,
        $"Remove {container} from {node}",
        new RemoveContainer(container),
        []);

    private void Image(PlanStep step)
    {
        var node = step.Node!;
        var args = step.As<PrepareImage>();
        var created = basis.Plan.Step(StepIds.Create(node)) is { } create && PlanProgress.Begun(create);

        // The image itself is removed only if this upgrade brought it; an image that was present under another name
        // loses only the name that this upgrade gave it.
        var brought = args.Source == ImageSource.Tag
            ? null
            : step.Recorded(PrepareImage.ImageIdFact) ?? args.ImageId;
        Add(
            RollbackIds.UndoImage(node),
            node,
            $"Remove {args.Image} from {node}",
            new RemoveImage(args.Image, brought),
            created ? [RollbackIds.UndoContainer(node)] : []);
    }

    private string Add(string id, string? node, string title, IStepAction step, List<string> after) =>
        plan.Add(spec.Timeouts.Step(id, node, title, step, after, Attempts));
}
