namespace Drydock.Reconcilers.Oms;

/// <summary>A program under supervisord.</summary>
/// <param name="Name">Its name, with its group if that is another one (<c>group:name</c>).</param>
/// <param name="State">Its state.</param>
/// <param name="Pid">Its process id, if supervisord printed one.</param>
/// <param name="Uptime">How long it has been up, as printed (<c>3 days, 5:40:09</c>).</param>
/// <param name="Description">The rest of the line as printed.</param>
internal sealed record SupervisorProgram(
    string Name, SupervisorState State, int? Pid, string? Uptime, string Description);
