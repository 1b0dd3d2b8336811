namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>How the new program takes the place of the old one.</summary>
public enum SwapMethod
{
    /// <summary>
    /// bin/PROGRAM below deployDir becomes the new one; the old one stays beside it as PROGRAM.FROMVERSION.
    /// </summary>
    ReplaceBinary,

    /// <summary>deployDir is a symbolic link and is made to point at the new version's directory.</summary>
    SwitchLink,

    /// <summary>
    /// The command line names the version's directory as {directory}: nothing is replaced, the new process is started
    /// from the new directory.
    /// </summary>
    NewDirectory,
}
