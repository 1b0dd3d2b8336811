namespace Drydock.Lab;

/// <summary>Reads the state of processes from the kernel.</summary>
internal static class ProcFs
{
    /// <summary>
    /// Whether a process runs. A zombie does not: it has ended and waits until its parent collects it.
    /// </summary>
    public static bool IsAlive(int process)
    {
        try
        {
            var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{process}/stat"));
            var state = stat[stat.LastIndexOf(')')..];
            return state.Length > 2 && state[2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
