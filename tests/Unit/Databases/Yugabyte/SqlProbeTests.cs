using System.Net.Sockets;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>The first words of PostgreSQL's and Cassandra's protocols, on a real socket.</summary>
public sealed class SqlProbeTests
{
    private static readonly byte[] Password = [(byte)'R', 0, 0, 0, 8, 0, 0, 0, 3];
    private static readonly byte[] Ready =
    [
        (byte)'R', 0, 0, 0, 8, 0, 0, 0, 0, (byte)'S', 0, 0, 0, 8, (byte)'a', 0, (byte)'b', 0, (byte)'Z', 0, 0, 0, 5,
        (byte)'I'
    ];
    private static readonly byte[] Supported = [0x84, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ysql_answers_by_password_request_open_session_or_its_own_rules()
    {
        (await AskAsync(SqlInterface.Ysql, Password)).ShouldBeNull();
        (await AskAsync(SqlInterface.Ysql, Ready)).ShouldBeNull();
        (await AskAsync(SqlInterface.Ysql, Error("28000", "no pg_hba.conf entry"))).ShouldBeNull();
        (await AskAsync(SqlInterface.Ysql, Error("3D000", "database does not exist"))).ShouldBeNull();
    }

    [Fact]
    public async Task Ysql_that_starts_or_is_something_else_does_not_answer()
    {
        (await AskAsync(SqlInterface.Ysql, Error("57P03", "the database system is starting up"))).ShouldBeWorded();
        (await AskAsync(SqlInterface.Ysql, "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray())).ShouldBeWorded();
        (await AskAsync(SqlInterface.Ysql, [])).ShouldNotBeNull();
    }

    [Fact]
    public async Task Ycql_answers_by_what_it_supports()
    {
        (await AskAsync(SqlInterface.Ycql, Supported)).ShouldBeNull();
        (await AskAsync(SqlInterface.Ycql, "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray())).ShouldNotBeNull();
        (await AskAsync(SqlInterface.Ycql, [])).ShouldNotBeNull();
    }

    [Fact]
    public async Task Closed_port_and_refused_address_do_not_answer()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        (await Probe(EndpointPolicy.Unrestricted).FindProblemAsync(
            SqlInterface.Ysql, new ServiceAddress("127.0.0.1", port), Token)).ShouldNotBeNull();
        (await Probe(EndpointPolicy.Default).FindProblemAsync(
            SqlInterface.Ysql, new ServiceAddress("127.0.0.1", port), Token)).ShouldNotBeNull();
    }

    private static SqlProbe Probe(EndpointPolicy endpoints) =>
        new(endpoints, TimeProvider.System, "yugabyte", "postgres");

    private static byte[] Error(string code, string message)
    {
        var body = System.Text.Encoding.UTF8.GetBytes($"SFATAL\0C{code}\0M{message}\0\0");
        return [(byte)'E', 0, 0, 0, (byte)(body.Length + 4), .. body];
    }

    // Every connection gets the same answer to its first bytes.
    private static async Task<string?> AskAsync(SqlInterface kind, byte[] answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        listener.Start();
        var serving = ServeAsync(listener, answer, end.Token);
        var problem = await Probe(EndpointPolicy.Unrestricted).FindProblemAsync(
            kind, new ServiceAddress("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port), Token);
        await end.CancelAsync();
        await serving;
        return problem;
    }

    private static async Task ServeAsync(TcpListener listener, byte[] answer, CancellationToken end)
    {
        var buffer = new byte[1024];
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(end);
                var stream = client.GetStream();
                _ = await stream.ReadAsync(buffer, end);
                await stream.WriteAsync(answer, end);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The probe has closed its connection, or has its answer.
            }
        }
    }
}
