namespace Drydock.Cli.Changes;

/// <summary>The question before something is written.</summary>
internal static class Confirmation
{
    /// <summary>Asks whether to continue.</summary>
    /// <exception cref="CliException">The answer is no, or the question cannot be asked.</exception>
    public static void Ask(Surroundings surroundings)
    {
        if (!surroundings.CanAsk)
        {
            throw CliException.Refused(
                "Nothing was written: the question cannot be asked, because standard input is not a terminal. "
                    + "Add --yes.");
        }

        surroundings.Output.Write("Continue? [y/N] ");
        if (surroundings.Input.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw CliException.Refused("Nothing was written.");
        }
    }
}
