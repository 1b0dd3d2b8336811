using Drydock.Clients.MySql;
using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>The server as one life of the operator reaches it.</summary>
internal sealed class FakeRestoreServer(FakeServer server, RestoreLife life)
    : SqlRestoreServer(new MySqlOptions { Server = "db.example", UserID = "drc" }, TimeProvider.System)
{
    public override async Task<ServerState> LookAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        await life.PassAsync("look");
        return server.Look(databases);
    }

    public override async Task<IReadOnlyList<ListedSession>> SessionsAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        await life.PassAsync("sessions");
        return server.Look(databases).Sessions;
    }

    public override async Task<IReadOnlyList<ListedSession>> EndSessionsAsync(
        IReadOnlyCollection<SessionReceipt> sessions, CancellationToken cancellationToken)
    {
        await life.PassAsync("end sessions");
        var there = server.Sessions.Where(s => sessions.Contains(new SessionReceipt(s.Id, s.Host))).ToList();
        there.ForEach(s => server.End(s, killed: true));
        return there.ConvertAll(s => s.Seen());
    }

    public override async Task WitnessAsync(
        IReadOnlyCollection<string> databases, RestoreWitness witness, CancellationToken cancellationToken)
    {
        foreach (var database in databases)
        {
            await life.PassAsync($"before witness {database}");
            server.Witness(database, witness);
        }

        await life.PassAsync("witnessed");
    }
}
