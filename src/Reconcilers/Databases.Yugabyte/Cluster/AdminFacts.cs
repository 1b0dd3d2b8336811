using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What the step that proves the admin tool has recorded.</summary>
internal static class AdminFacts
{
    /// <summary>
    /// How the tool wants to be asked whether a server may go. A way back has it as a parameter of the step.
    /// </summary>
    public static NodesSafeForm NodesSafe(StepContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var text = context.OptionalParameter(YugabyteKeys.NodesSafe) ?? context.Recorded(YugabyteStepIds.AdminTool, YugabyteKeys.NodesSafe);
        return Enum.TryParse<NodesSafeForm>(text, out var form) ? form : NodesSafeForm.Absent;
    }
}
