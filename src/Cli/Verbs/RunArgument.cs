using System.CommandLine;
using Drydock.Cli.CommandLine;

namespace Drydock.Cli.Verbs;

/// <summary>The argument that names a run.</summary>
internal static class RunArgument
{
    /// <summary>Its name in a command.</summary>
    public const string Name = "name";

    /// <summary>An argument that has to be given, with completion from the cluster.</summary>
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
