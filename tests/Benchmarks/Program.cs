using Drydock.Benchmarks;

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopping.Cancel();
};

switch (args.FirstOrDefault())
{
    case "bench":
        await new Report().WriteAsync(stopping.Token);
        return 0;
    case "chaos":
        var minutes = double.Parse(Environment.GetEnvironmentVariable("CHAOS_MINUTES") ?? "60", System.Globalization.CultureInfo.InvariantCulture);
        return await new ChaosCommand(TimeSpan.FromMinutes(minutes), Environment.GetEnvironmentVariable("CHAOS_ONLY")).RunAsync(stopping.Token);
    default:
        await Console.Error.WriteLineAsync("usage: bench | chaos");
        return 2;
}
