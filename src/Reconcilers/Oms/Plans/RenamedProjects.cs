namespace Drydock.Reconcilers.Oms;

/// <summary>What a plan did to names of projects. Pure.</summary>
internal static class RenamedProjects
{
    public static List<RenamedProject> Of(Plan plan) =>
    [
        .. plan.Steps
            .Where(step => step.Is<RenameProjects>() && step.State == StepState.Succeeded)
            .SelectMany(step => step.As<RenameProjects>().Renames)
            .Select(rename => new RenamedProject
            {
                Kind = rename.Kind,
                Id = SchemaLimits.Clip(rename.Id, SchemaLimits.ShortName),
                OldName = SchemaLimits.Clip(rename.OldName, SchemaLimits.Name),
                NewName = SchemaLimits.Clip(rename.NewName, SchemaLimits.Name),
            }),
    ];
}
