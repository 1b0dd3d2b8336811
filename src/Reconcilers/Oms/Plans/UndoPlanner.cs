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
                HighAvailability(step.Arguments<DisableHighAvailability.Args>());
            }
            else if (step.Is<AwaitManualHighAvailability>())
            {
                ManualHighAvailability(step);
            }
            else if (step.Is<CreateContainer>())
            {
                Container(step.Node!, step.Arguments<CreateContainer.Args>().Container);
            }
            else if (OmsPlanProgress.BringsImage(step))
            {
                Image(step);
            }
        }
    }

    private void Names(PlanStep step)
    {
        var args = step.Arguments<RenameProjects.Args>();
        Add(
            RollbackIds.UndoNames(PlanProgress.NameOf(step)),
            null,
            "Restore the former names of projects",
            new RestoreProjectNames.Args(args.Database, args.Renames),
            []);
    }

    private void HighAvailability(DisableHighAvailability.Args args)
    {
        var after = Add(
            RollbackIds.UndoHA,
            null,
            "Restore ha.config",
            new UndoDisableHighAvailability.Args(args.Database, args.Previous),
            []);
        foreach (var step in basis.Plan.Steps.Where(s => s.Is<RestartConsole>() && PlanProgress.Begun(s)))
        {
            after = Add(
                RollbackIds.UndoHAConsole(step.Node!),
                step.Node,
                $"Restart oms_console on {step.Node}",
                step.Arguments<RestartConsole.Args>(),
                [after]);
        }
    }

    private void ManualHighAvailability(PlanStep step)
    {
        if (step is { Id: StepIds.DisableHA, State: StepState.Succeeded } && !basis.Unattended)
        {
            var args = step.Arguments<AwaitManualHighAvailability.Args>();
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
        new RemoveContainer.Args(container),
        []);

    private void Image(PlanStep step)
    {
        var node = step.Node!;
        var args = step.Arguments<PrepareImage.Args>();
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
            new RemoveImage.Args(args.Image, brought),
            created ? [RollbackIds.UndoContainer(node)] : []);
    }

    private string Add<TArgs>(string id, string? node, string title, TArgs args, List<string> after)
        where TArgs : class => plan.Add(spec.Timeouts.Step(id, node, title, args, after, Attempts));
}
