using Drydock.Benchmarks;

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopping.Cancel();
};

switch (args)
{
    case ["bench"]:
        return await new BenchCommand(Environment.GetEnvironmentVariable("BENCH_ONLY")).RunAsync(stopping.Token);
    case ["chaos"]:
        var minutes = double.Parse(
            Environment.GetEnvironmentVariable("CHAOS_MINUTES") ?? "60", CultureInfo.InvariantCulture);
        var lanes = int.Parse(Environment.GetEnvironmentVariable("CHAOS_LANES") ?? "1", CultureInfo.InvariantCulture);
        return await new ChaosCommand(TimeSpan.FromMinutes(minutes), lanes, Environment.GetEnvironmentVariable(
            "CHAOS_ONLY")).RunAsync(stopping.Token);
    case ["soak"]:
        var soak = double.Parse(
            Environment.GetEnvironmentVariable("SOAK_MINUTES") ?? "20", CultureInfo.InvariantCulture);
        return await new SoakCommand(TimeSpan.FromMinutes(soak)).RunAsync(stopping.Token);
    case ["compress" or "decompress", ..]:
        await Compressor.RunAsync(args[0], args.ElementAtOrDefault(1), args.ElementAtOrDefault(2), stopping.Token);
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: bench | chaos | soak");
        return 2;
}
