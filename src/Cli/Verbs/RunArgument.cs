namespace Drydock.Cli.Verbs;

/// <summary>The argument that names a run.</summary>
internal static class RunArgument
{
    public const string Name = "name";

    public static Argument<string> Create(VerbRunner runner)
    {
        var argument = new Argument<string>(Name)
        {
            Description = "Name of the upgrade, or KIND/NAME (omsu/oms-322-to-422) if two kinds have it.",
            HelpName = Name,
        };
        argument.CompletionSources.Add(runner.CompleteNames);
        return argument;
    }
}
