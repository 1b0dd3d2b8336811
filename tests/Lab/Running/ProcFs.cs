namespace Drydock.Lab;

/// <summary>What the kernel says of processes.</summary>
internal static class ProcFs
{
    /// <summary>Whether a process runs. A zombie does not: it is dead and waits for its parent to ask.</summary>
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
