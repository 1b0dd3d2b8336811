namespace Drydock.Lab.Oms;

/// <summary>Reads the states of supervisord's programs in a container.</summary>
internal static class OmsPrograms
{
    /// <summary>Program names with their states, such as <c>RUNNING</c>.</summary>
    /// <param name="container">Name or id of a running container.</param>
    public static async Task<Dictionary<string, string>> ReadAsync(IOmsHost host, string container)
    {
        var programs = new Dictionary<string, string>(StringComparer.Ordinal);

        // `|| true`: supervisorctl ends with 3 as soon as one program does not run.
        foreach (var line in OmsScenario.Lines(
            await host.DockerAsync("exec", container, "sh", "-c", "supervisorctl status || true")))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            programs[words[0]] = words.Length > 1 ? words[1] : "";
        }

        return programs;
    }
}
