using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Drydock.Clients.MySql;

namespace Drydock.Lab;

/// <summary>
/// Runs the SQL client against a server that closes, stalls and lies, with limits of a few milliseconds. It must run in
/// a separate process, because a crash of the native library ends it.
/// </summary>
public sealed class MySqlStress(int seed, TextWriter output)
{
    private const int OpensPerRound = 300;
    private const int Workers = 12;

    private const string PoolThread = ".NET TP Worker";

    // The kernel cuts names of threads to 15 characters.
    private static readonly string[] ClientThreads = ["mysql connectio", ".NET Long Runni"];

    // Long enough for a KILL QUERY to a silent server on a busy machine.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly ConcurrentDictionary<string, long> _ends = new(StringComparer.Ordinal);
    private int _opens;

    /// <summary>Runs in rounds until both numbers are reached, and after each checks that nothing leaked.</summary>
    /// <param name="opens">Connections to open at least.</param>
    /// <param name="duration">Time to run at least.</param>
    /// <exception cref="LabException">Something leaked, a canary was hit, or an error was not one of the client's
    /// own.</exception>
    public async Task RunAsync(int opens, TimeSpan duration, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var rounds = new List<Reading>();
        await using var server = new HostileServer(seed);
        long checks;
        using var collector = new Collector();
        await using (var canaries = new DescriptorCanaries(seed))
        {
            while (_opens < opens || clock.Elapsed < duration)
            {
                await RoundAsync(server, cancellationToken);
                var reading = await SettleAsync(server, cancellationToken);
                rounds.Add(reading);
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{clock.Elapsed.TotalSeconds:F0} s: {_opens} opens, {reading.Threads} threads, {reading.Descriptors} descriptors, {reading.Memory} MiB, {canaries.Checked} canaries"));
            }

            checks = canaries.Checked;
        }

        await output.WriteLineAsync(string.Join(", ", _ends.OrderByDescending(static e => e.Value).Select(static e => $"{e.Key} {e.Value}")));
        Judge(rounds);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"done: {_opens} opens in {clock.Elapsed.TotalSeconds:F0} s, seed {seed}, {checks} canaries alive"));
    }

    private async Task RoundAsync(HostileServer server, CancellationToken cancellationToken)
    {
        var left = OpensPerRound;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async worker =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var number = Interlocked.Increment(ref _opens);
                await Task.Run(() => OneAsync(server, new Random(HashCode.Combine(seed, number)), number), cancellationToken).WaitAsync(Patience, cancellationToken);
            }
        }));
    }

    private async Task OneAsync(HostileServer server, Random random, int number)
    {
        var options = new MySqlConnectionStringBuilder
        {
            Server = "127.0.0.1",
            Port = (uint)server.Port,
            UserID = "stress",
            Password = "canary-stress",
            SslMode = random.Next(3) == 0 ? MySqlSslMode.Required : MySqlSslMode.Disabled,
            ConnectionTimeout = 1,
            MaximumPacket = 1 << 20,
        };
        using var limit = new CancellationTokenSource();
        Limit(limit, random);
        var connection = new MySqlConnection(options);
        try
        {
            await connection.OpenAsync(limit.Token);
            Count("opened");
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                using var own = new CancellationTokenSource();
                Limit(own, random);
                await CommandAsync(connection, random, own.Token);
            }
        }
        catch (MySqlException e)
        {
            Count(string.Create(CultureInfo.InvariantCulture, $"error {e.Number}"));
        }
        catch (InvalidOperationException e) when (e.Message.Contains("parameters in the statement", StringComparison.Ordinal))
        {
            Count("another number of parameters");
        }
        catch (OperationCanceledException)
        {
            Count("cancelled");
        }
        catch (Exception e)
        {
            throw new LabException(
                $"Open {number} of seed {seed} ended with an error that is not one of the client's own: {e}", e);
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    private async Task CommandAsync(MySqlConnection connection, Random random, CancellationToken limit)
    {
        await using var command = connection.CreateCommand();
        command.CommandTimeout = 1;
        command.CommandText = random.Next(3) switch { 0 => "SELECT 1", 1 => "SELECT @a", _ => "SELECT many" };
        if (command.CommandText.Contains('@', StringComparison.Ordinal))
        {
            command.Parameters.AddWithValue("a", "x");
        }

        await using var reader = await command.ExecuteReaderAsync(limit);
        for (var rows = random.Next(0, 600); rows > 0 && await reader.ReadAsync(limit); rows--)
        {
            if (reader.FieldCount > 0 && !reader.IsDBNull(0))
            {
                _ = ((MySqlDataReader)reader).GetString(0).Length;
            }
        }

        Count("read");
    }

    private static void Limit(CancellationTokenSource limit, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                limit.CancelAfter(TimeSpan.FromMilliseconds(random.Next(2)));
                break;
            case 1:
                limit.CancelAfter(TimeSpan.FromMicroseconds(1000 + random.Next(5000)));
                break;
            case 2:
                limit.CancelAfter(TimeSpan.FromMilliseconds(200));
                break;
        }
    }

    private void Count(string what) => _ends.AddOrUpdate(what, 1, static (_, n) => n + 1);

    // Threads and connections end a moment after the calls return.
    private static async Task<Reading> SettleAsync(HostileServer server, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        for (; ; )
        {
            var threads = ThreadNames();
            var left = threads.Where(ClientThreads.Contains).ToList();
            if (server.Open == 0 && left.Count == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();

                // The runtime's pool grows and shrinks with the load of the machine; none of its threads belongs to the
                // client.
                return new Reading(threads.Count(static name => name != PoolThread), Directory.GetFileSystemEntries("/proc/self/fd").Length, Environment.WorkingSet >> 20);
            }

            if (clock.Elapsed > Patience)
            {
                throw new LabException($"{server.Open} connections and {left.Count} threads of the client did not end: {string.Join(", ", left)}.");
            }

            await Task.Delay(20, cancellationToken);
        }
    }

    private static List<string> ThreadNames()
    {
        var names = new List<string>();
        foreach (var task in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                names.Add(File.ReadAllText(Path.Combine(task, "comm")).TrimEnd('\n'));
            }
            catch (IOException)
            {
                // The thread has ended meanwhile.
            }
        }

        return names;
    }

    private static void Judge(List<Reading> rounds)
    {
        Steady("threads", [.. rounds.Select(static r => (double)r.Threads)], 5);

        // The canaries hold about a hundred, not always the same number.
        Steady("descriptors", [.. rounds.Select(static r => (double)r.Descriptors)], 110);
    }

    // After enough rounds the slope over all of them distinguishes a leak from a pool that varies.
    private static void Steady(string what, double[] values, double breath)
    {
        var middle = (values.Length - 1) / 2.0;
        var mean = values.Average();
        var below = Enumerable.Range(0, values.Length).Sum(i => (i - middle) * (i - middle));
        var slope = below == 0 ? 0 : values.Select((v, i) => (i - middle) * (v - mean)).Sum() / below;
        if (slope * values.Length > breath)
        {
            throw new LabException(string.Create(CultureInfo.InvariantCulture, $"The {what} grow: {slope:F2} a round of {OpensPerRound} opens, {string.Join(' ', values)}."));
        }
    }

    /// <summary>
    /// Collects garbage all the time, so that every transition between managed and native code meets a waiting
    /// collection.
    /// </summary>
    private sealed class Collector : IDisposable
    {
        private readonly ManualResetEventSlim _stop = new();
        private readonly Thread _thread;

        internal Collector()
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "collector" };
            _thread.Start();
        }

        public void Dispose()
        {
            _stop.Set();
            _thread.Join();
            _stop.Dispose();
        }

        private void Run()
        {
            while (!_stop.Wait(1))
            {
                GC.Collect(0);
            }
        }
    }

    private sealed record Reading(int Threads, int Descriptors, long Memory);
}
