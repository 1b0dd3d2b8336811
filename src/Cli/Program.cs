using System.Runtime.InteropServices;

using var end = new CancellationTokenSource();

// A lost ssh session ends a verb as Ctrl-C does: it removes what it has created.
using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
{
    signal.Cancel = true;
    end.Cancel();
});
return await DrydockCommand.RunAsync(Surroundings.OfProcess(), args, end.Token);
