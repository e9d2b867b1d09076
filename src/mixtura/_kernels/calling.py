"""Kernels that call others by their address, so that these need not be known when those are compiled."""

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic


def address_of(kernel: Any, *arguments: Any) -> int:
    """Of the machine code of a kernel that takes arguments of these types and returns nothing."""
    kernel.compile(arguments)
    code = kernel.overloads[arguments]
    address: int = code.library.get_pointer_to_function(code.fndesc.llvm_func_name)
    return address


@intrinsic
def call(typing_context, address, arguments):
    """Call what stands there, compiled for a tuple of just these types."""

    def build(context, builder, sig, args):
        kinds = tuple(sig.args[1])
        function = context.call_conv.get_function_type(types.none, kinds)
        pointer = builder.inttoptr(args[0], ir.PointerType(function))
        values = [builder.extract_value(args[1], i) for i in range(len(kinds))]
        context.call_conv.call_function(builder, pointer, types.none, kinds, values)
        return context.get_dummy_value()

    return types.none(address, arguments), build
